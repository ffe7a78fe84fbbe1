import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** What PostgreSQL counts by default. */
const iterations = 4096;

/**
 * A password as PostgreSQL keeps it (SCRAM-SHA-256), so that a statement with it can be shown and logged: the password itself is not
 * in it. Passwords are taken as they are; SASLprep changes none that is plain ASCII.
 * @param salt sixteen random bytes.
 */
export function scramVerifier(password: string, salt: Uint8Array): string {
  const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest();
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
  const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const server = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${Buffer.from(salt).toString('base64')}$${stored}:${server}`;
}
