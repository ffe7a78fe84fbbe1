/**
 * Tells webpack where this module was really loaded from, so that lazy chunks come from the same place: behind a
 * sub-path, from a CDN, or from the preview. Imported first by module.ts, for its effect only.
 */
import amdModule from 'amd-module';

declare let __webpack_public_path__: string;

const uri = amdModule?.uri;
if (uri) __webpack_public_path__ = uri.slice(0, uri.lastIndexOf('/') + 1);
