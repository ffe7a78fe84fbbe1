import { productPack } from './product/pack';
import { revenuePack } from './revenue/pack';
import { servicePack } from './service/pack';
import type { Pack } from './types';

export { productPack, revenuePack, servicePack };

/** Every pack, in the order in which dashboards and docs list them. A new subject is one folder and one line here. */
export const packs: readonly Pack[] = [productPack, servicePack, revenuePack];
