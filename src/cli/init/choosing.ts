import type { RoleName } from '../../core/model';
import { roleNames } from '../../core/model';
import { refundsFromOrders, sureness } from '../../setup';
import type { Candidates, Proposal } from '../../setup';
import type { Asker } from '../ask';
import type { Output } from '../output';
import { describeProposal } from './describe';

/**
 * Goes through the roles that some table can play: shows what is proposed and asks. An empty answer takes the proposal, or
 * none where there is none. Returns what was chosen, in the order of the roles.
 */
export async function choosing(
  out: Output,
  asker: Asker,
  candidates: Candidates,
  proposed: ReadonlyMap<RoleName, Proposal>,
): Promise<ReadonlyMap<RoleName, Proposal>> {
  const chosen = new Map<RoleName, Proposal>();
  for (const role of roleNames) {
    if (candidates[role].length === 0) continue;
    if (role === 'refunds' && refundsFromOrders(chosen)) {
      out.say('\nrefunds: made of the orders table, which tells when it gave back.');
      continue;
    }
    const proposal = await chooseRole(out, asker, role, candidates[role], proposed.get(role));
    if (proposal) chosen.set(role, proposal);
  }
  return chosen;
}

async function chooseRole(
  out: Output,
  asker: Asker,
  role: RoleName,
  candidates: readonly Proposal[],
  proposed: Proposal | undefined,
): Promise<Proposal | undefined> {
  let current = proposed;
  for (;;) {
    if (current) describeProposal(out, current, candidates);
    else out.say(`\n${role}: no table is proposed. Could be: ${candidates.map((c) => c.table.name).join(', ')}`);
    const question = current
      ? `Take ${current.table.name} as ${role}? [Y]es, [o]ther table, [n]one: `
      : `A table for ${role}? [o]ther table, [N]one: `;
    const answer = (await asker.ask(question)).toLowerCase();
    if (answer === '' || /^y(es)?$/.test(answer)) return current;
    if (/^n(o|one)?$/.test(answer)) return undefined;
    if (/^o(ther)?$/.test(answer)) current = (await chooseTable(out, asker, candidates)) ?? current;
    else out.say(`"${answer}" is no answer: y, o or n.`);
  }
}

/** Undefined where nothing, or nothing there is, was named. */
async function chooseTable(out: Output, asker: Asker, candidates: readonly Proposal[]): Promise<Proposal | undefined> {
  out.table(
    ['number', 'table', 'rows', 'how sure'],
    candidates.map((c, i) => [String(i + 1), c.table.name, c.table.rows, sureness(c.score)]),
  );
  const answer = await asker.ask('Number or name (empty: back): ');
  const found = candidates.find((c, i) => answer === String(i + 1) || answer === c.table.name);
  if (!found && answer !== '') out.say(`There is no "${answer}" in this list.`);
  return found;
}
