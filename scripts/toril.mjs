#!/usr/bin/env node
import { join } from 'node:path'
import { ensureReady } from './setup.mjs'
import { toolEnvironment } from './setup/command.mjs'
import { nodeBinary, root } from './setup/paths.mjs'
import { runMain } from './setup/say.mjs'
import { runChild } from './start/run-child.mjs'

// The command line of a checkout: sets up what is missing, then runs the built CLI on the right Node.
await runMain(async () => {
  await ensureReady()
  return runChild(nodeBinary, [join(root, 'out', 'main', 'cli.js'), ...process.argv.slice(2)], {
    env: toolEnvironment(),
    // To a runner a second signal means "at once": each reaches it once.
    ownGroup: process.argv[2] === 'serve',
  })
})
