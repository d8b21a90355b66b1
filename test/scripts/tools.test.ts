import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runNode, scratchCheckout } from './scratch-checkout.ts'

const ask = `
  import { ensureTools } from './scripts/test-support/tools.mjs'
  process.getuid = () => 1000
  await ensureTools(['redis-server'])`

/** Stands for a user who is not root, with apt-get and a sudo that ends with `code` where it would ask. */
async function install(code: number) {
  const folder = scratchCheckout({
    'ask.mjs': ask,
    'bin/sudo': `#!/bin/sh\nshift\n[ ${code} = 0 ] || exit ${code}\nexec "$@"\n`,
    'bin/true': '#!/bin/sh\n',
    'bin/env': `#!/bin/sh\nexport "$1" "$2"\nshift 2\nexec "$@"\n`,
    'bin/apt-get': `#!/bin/sh\necho "$DEBIAN_FRONTEND $RUNLEVEL $*" >> log\n[ "$1" = install ] && : > bin/redis-server\nexit 0\n`,
  })
  const bin = join(folder, 'bin')
  for (const name of ['sudo', 'true', 'env', 'apt-get']) chmodSync(join(bin, name), 0o755)
  const log = join(folder, 'log')
  // Only the stand-ins: a redis-server that is there would be found.
  const { stderr } = await runNode(folder, ['ask.mjs'], { PATH: bin })
  return { stderr, log: existsSync(log) ? readFileSync(log, 'utf8') : '' }
}

test.runIf(process.platform === 'linux')('with a sudo that asks for no password the tools are installed', async () => {
  const { stderr, log } = await install(0)
  expect(log).toBe('noninteractive 1 update -q\nnoninteractive 1 install -y -q --no-install-recommends redis-server\n')
  expect(stderr).toContain('installed in')
})

test.runIf(process.platform === 'linux')('with one that asks they are named', async () => {
  const { stderr, log } = await install(1)
  expect(log).toBe('')
  expect(stderr).toContain('Install: sudo apt-get install redis-server')
})
