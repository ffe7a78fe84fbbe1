/** The AMD `module` object that the loader hands in (webpack external `amd-module`). */
declare module 'amd-module' {
  const module: { readonly uri?: string } | undefined;
  export = module;
}
