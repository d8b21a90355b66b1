import { join } from 'node:path'
import { ensureReady } from './setup.mjs'
import { toolEnvironment } from './setup/command.mjs'
import { nodeBinary, root } from './setup/paths.mjs'
import { runMain } from './setup/say.mjs'
import { ensureTools } from './test-support/tools.mjs'
import { runChild } from './start/run-child.mjs'

await runMain(async () => {
  await ensureReady()
  await ensureTools(['redis-server'])
  return runChild(nodeBinary, [join(root, 'test', 'chaos', 'chaos.ts'), ...process.argv.slice(2)], {
    env: toolEnvironment(),
  })
})
