import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
// First, for who runs a script without npm: what else is imported may need a newer Node than there is.
import './node-version.cjs'
import { build, generate, isBuilt, isGenerated } from './setup/build.mjs'
import { install, isInstalled } from './setup/install.mjs'
import { linkCli } from './setup/link-cli.mjs'
import { withLock } from './setup/lock.mjs'
import { runMain } from './setup/say.mjs'

/**
 * Makes a checkout ready to run: packages, database client and build, each only when it is missing
 * or older than its sources. Needs nothing but Node 20.11 and npm; says in short lines what it does.
 * @param {{ build?: boolean | 'always' }} [options] `build` (default true): false leaves the build out
 */
export async function ensureReady(options = {}) {
  const wanted = options.build ?? true
  const steps = () => !isInstalled() || !isGenerated() || wanted === 'always' || (wanted && !isBuilt())
  if (steps()) {
    await withLock(async () => {
      // Asked again inside the lock: the set-up waited for may have done it.
      if (!isInstalled()) await install()
      if (!isGenerated()) await generate()
      if (wanted === 'always' || (wanted && !isBuilt())) await build()
    })
  }
  linkCli()
}

/** @param {string} url of a module */
export function isMain(url) {
  const entry = process.argv[1]
  return entry !== undefined && realpathSync(entry) === realpathSync(fileURLToPath(url))
}

if (isMain(import.meta.url)) {
  await runMain(() => ensureReady({ build: !process.argv.includes('--no-build') }))
}
