import { snakeCase } from './names';

const names =
  /(^|_)(e?_?mail|email_address|phone|mobile|tel|telephone|fax|msisdn|ip|ipv4|ipv6|ip_address|remote_addr|client_ip|address|addr|street|postcode|postal_code|zip|zip_code|lat|latitude|lon|lng|longitude|birth|birthday|birthdate|dob|ssn|iban|bic|card|card_number|pan|passport|tax_id|password|passwd|pwd|secret|token|api_key|cookie|first_name|firstname|last_name|lastname|surname|full_name|fullname|given_name|family_name|user_name|username|display_name|nick|nickname|customer_name|person_name|contact|contact_name|billing_name|shipping_name|holder)(_|$)/;

/** Names that people and things both have: personal where nearly every row has another value. */
const ambiguous = /(^|_)(name|title|login|handle)$/;
const spread = 0.2;

const forms: readonly RegExp[] = [
  /^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$/,
  /^(?:\d{1,3}\.){3}\d{1,3}$/,
  /^(?!\d\d?:\d\d:\d\d$)(?=.*:.*:)[0-9a-f:]{6,39}$/i,
  /^\+\d[\d\s().-]{7,}$/,
  /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/,
];

/** What a column shows of itself. */
export interface Shown {
  readonly name: string;
  /** As ClickHouse names it. */
  readonly type: string;
  /** Rows with a value, and how many different values they have. */
  readonly filled: number;
  readonly distinct: number;
  /** Frequent values. */
  readonly values: readonly string[];
}

/**
 * Whether a column looks like personal data, by name, type or values: its values are never shown and it is never proposed as
 * a dimension. Errs on the side of hiding.
 */
export function looksPersonal({ name, type, filled, distinct, values }: Shown): boolean {
  const bare = snakeCase(name).replace(/^_+/, '');
  if (names.test(bare) || /IPv[46]/.test(type)) return true;
  if (ambiguous.test(bare) && filled > 0 && distinct > 20 && distinct / filled > spread) return true;
  const telling = values.filter((value) => forms.some((form) => form.test(value.trim())));
  return values.length > 0 && telling.length * 5 >= values.length;
}

/** Whether a single value has the form of personal data, such as an address of a mail inside of a Map. */
export const personalValue = (value: string): boolean => forms.some((form) => form.test(value.trim()));
