import { sections as allSections } from '../../config/sections';
import type { Section } from '../../config/sections';
import type { AlertRule } from '../../packs/rule';
import type { Installation } from '../installation';

const isSection = (need: string): need is Section => (allSections as readonly string[]).includes(need);

/** Whether an installation has what a rule, or a part of it, cannot do without. */
export function hasNeed({ sources, sections }: Installation, need: NonNullable<AlertRule['needs']>): boolean {
  return isSection(need) ? sections.includes(need) : sources[need] !== undefined;
}
