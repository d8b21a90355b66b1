import { join } from 'node:path'

/** The checkout. */
export const root = join(import.meta.dirname, '..', '..')

/** Node 24, the major that Electron embeds: from the npm package `node`, so only a bootstrap Node must be there. */
export const nodeBinary = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** Where stamps and locks of the set-up live: ignored by git, and kept by the build. */
export const stateDir = join(root, 'out', '.setup')
