import { registerHooks } from 'node:module'

// `node --import <this file> out/main/index.js` runs the built main process over the stand-in.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: new URL('./electron.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
})
