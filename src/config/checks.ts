import { roleNames } from '../core/model';
import { alertProblems } from './checks/alerts';
import { collectProblems } from './checks/collect';
import { pipelineProblems } from './checks/pipelines';
import { roleProblems } from './checks/role';
import { savedProblems } from './checks/saved';
import { defaultTiers } from './schema';
import { mapping } from './problem';
import type { Mapping, Path, Problem } from './problem';
import { judgeZone } from './timezone';

/**
 * Checks what no single key can show: rules across fields, names of zones, the form of addresses. Takes the file's
 * content as it is, valid or not, so that everything wrong is told at once; what has the wrong type is skipped here.
 */
export function crossChecks(content: unknown): Problem[] {
  const root = mapping(content);
  const byRole = roleNames.flatMap((name) => {
    const role = mapping(root.roles)[name];
    return role == null ? [] : roleProblems(name, mapping(role));
  });
  return [
    ...connectionProblems(mapping(root.connection)),
    ...reportingProblems(mapping(root.reporting)),
    ...tierProblems(mapping(root.tiers)),
    ...freshProblems(mapping(root.refresh), mapping(root.tiers)),
    ...byRole,
    ...savedProblems(root),
    ...alertProblems(root),
    ...pipelineProblems(root),
    ...collectProblems(root),
  ];
}

function connectionProblems({ url }: Mapping): Problem[] {
  if (typeof url !== 'string' || url === '') return [];
  const path = ['connection', 'url'];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    return [{ path, at: 'value', text: 'This is not an address. Write http://host:8123 or https://host:8443.' }];
  if (parsed.username || parsed.password)
    return [
      { path, at: 'value', text: 'The address holds a login. Move it to connection.user and connection.password.' },
    ];
  if (parsed.pathname !== '/' || parsed.search || parsed.hash)
    return [
      {
        path,
        at: 'value',
        text: 'The address has more than protocol, host and port. Write http://host:8123 or https://host:8443.',
      },
    ];
  return [];
}

function reportingProblems({ timezone, zones }: Mapping): Problem[] {
  const path = ['reporting', 'timezone'];
  const first = typeof timezone === 'string' && timezone !== '' ? timezone : undefined;
  const problems = first === undefined ? [] : zoneProblems(path, first);
  const kept = new Set([first ?? 'UTC']);
  for (const [i, zone] of (Array.isArray(zones) ? (zones as unknown[]) : []).entries()) {
    if (typeof zone !== 'string' || zone === '') continue;
    const at = ['reporting', 'zones', i];
    problems.push(...zoneProblems(at, zone));
    if (kept.has(zone)) {
      const text = `The days of "${zone}" are kept already. Remove it: zones are those beside timezone, each once.`;
      problems.push({ path: at, at: 'value', text });
    }
    kept.add(zone);
  }
  return problems;
}

function zoneProblems(path: Path, zone: string): Problem[] {
  const { known, meant } = judgeZone(zone);
  if (known) return [];
  const hint = meant ? ` Did you mean "${meant}"?` : '';
  const text = `Time zone "${zone}" does not exist. Write an IANA name such as Europe/Berlin or UTC.${hint}`;
  return [{ path, at: 'value', text }];
}

function tierProblems({
  minuteDays = defaultTiers.minuteDays,
  quarterDays = defaultTiers.quarterDays,
}: Mapping): Problem[] {
  if (typeof minuteDays !== 'number' || typeof quarterDays !== 'number' || quarterDays > minuteDays) return [];
  const text = `${quarterDays} days are not more than minuteDays (${minuteDays}). The coarser tier must live longer: write at least ${minuteDays + 1}.`;
  return [{ path: ['tiers', 'quarterDays'], at: 'value', text }];
}

/** Days by which the fresh lane must stay within the life of the minute tier: an upper tier takes only whole buckets of it. */
const spareDays = 3;

function freshProblems({ freshDays }: Mapping, { minuteDays = defaultTiers.minuteDays }: Mapping): Problem[] {
  if (typeof freshDays !== 'number' || typeof minuteDays !== 'number' || freshDays <= minuteDays - spareDays) return [];
  const text = `${freshDays} days are too many for a minute tier that lives ${minuteDays}. Write at most ${Math.max(0, minuteDays - spareDays)}, or raise tiers.minuteDays to ${freshDays + spareDays}.`;
  return [{ path: ['refresh', 'freshDays'], at: 'value', text }];
}
