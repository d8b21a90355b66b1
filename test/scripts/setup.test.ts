import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reasonOf } from '../../scripts/setup/install.mjs'
import { runNode, scratchCheckout } from './scratch-checkout.ts'

/** A registry nobody answers at, and npm not to try again. */
const noRegistry = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0', npm_config_cache: '' }

const packages = {
  'package.json': JSON.stringify({ name: 'x', version: '1.0.0', dependencies: { 'left-pad': '1.3.0' } }),
  'package-lock.json': JSON.stringify({
    name: 'x',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'x', version: '1.0.0', dependencies: { 'left-pad': '1.3.0' } },
      'node_modules/left-pad': { version: '1.3.0', resolved: 'http://127.0.0.1:9/left-pad-1.3.0.tgz' },
    },
  }),
}

test('without a registry the set-up says in one sentence what failed and what to do', async () => {
  const folder = scratchCheckout(packages)
  const { code, stderr } = await runNode(folder, ['scripts/setup.mjs'], {
    ...noRegistry,
    npm_config_cache: join(folder, 'cache'),
  })
  expect(code).toBe(1)
  expect(stderr).toMatch(/toril: The packages could not be installed \(npm ended with \d+\)\. npm said: .*ECONNREFUSED/)
  expect(stderr).toContain('check the network or the proxy, and run the command again')
  expect(stderr).not.toContain('    at ')
})

test('the lock is given back after a failure, and taken over from a process that is gone', async () => {
  const folder = scratchCheckout(packages)
  const lock = join(folder, 'out', '.setup', 'lock')
  mkdirSync(join(lock, '..'), { recursive: true })
  // Above the largest process id there can be.
  writeFileSync(lock, '4194305')
  const { code } = await runNode(folder, ['scripts/setup.mjs'], {
    ...noRegistry,
    npm_config_cache: join(folder, 'cache'),
  })
  expect(code).toBe(1)
  expect(existsSync(lock)).toBe(false)
})

test('a lock of a living process is waited for', async () => {
  const folder = scratchCheckout({
    'hold.mjs': `
      import { setTimeout as delay } from 'node:timers/promises'
      import { withLock } from './scripts/setup/lock.mjs'
      const order = []
      const first = withLock(async () => { order.push('first in'); await delay(50); order.push('first out') })
      const second = withLock(async () => { order.push('second in') })
      await Promise.all([first, second])
      console.log(order.join(', '))`,
  })
  const { stdout } = await runNode(folder, ['hold.mjs'])
  expect(stdout.trim()).toBe('first in, first out, second in')
})

test('a fingerprint follows names and contents, not times', async () => {
  const folder = scratchCheckout({
    'a/one.ts': 'one',
    'a/generated/made.ts': 'made',
    'print.mjs': `
      import { writeFileSync, utimesSync, renameSync } from 'node:fs'
      import { fingerprint } from './scripts/setup/fingerprint.mjs'
      const prints = [fingerprint(['a'])]
      utimesSync('a/one.ts', 1, 1); prints.push(fingerprint(['a']))
      writeFileSync('a/generated/made.ts', 'again'); prints.push(fingerprint(['a']))
      writeFileSync('a/one.ts', 'two'); prints.push(fingerprint(['a']))
      renameSync('a/one.ts', 'a/two.ts'); prints.push(fingerprint(['a', 'missing']))
      console.log(prints.map((print) => prints.indexOf(print)).join())`,
  })
  const { stdout } = await runNode(folder, ['print.mjs'])
  expect(stdout.trim()).toBe('0,0,0,3,4')
})

test('the telling lines of npm are kept, its stack and its log file are not', () => {
  const output = [
    'npm error code ENOTFOUND',
    'npm error network request to https://packages.example/x failed',
    'npm error     at Socket.<anonymous>',
    'npm error A complete log of this run can be found in: /tmp/x.log',
  ].join('\n')
  expect(reasonOf(output)).toBe('npm said: code ENOTFOUND | network request to https://packages.example/x failed')
  expect(reasonOf('')).toBe('npm said nothing about why')
})
