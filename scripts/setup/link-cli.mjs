import { chmodSync, existsSync, lstatSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.mjs'

const bin = join(root, 'node_modules', '.bin')
const windowsShim = '@node "%~dp0\\..\\..\\scripts\\toril.mjs" %*\r\n'

/** Makes `npx toril` work in the checkout: npm links only the commands of other packages. */
export function linkCli() {
  if (!existsSync(join(root, 'scripts', 'toril.mjs'))) return
  if (process.platform === 'win32') {
    const shim = join(bin, 'toril.cmd')
    if (!existsSync(shim)) writeFileSync(shim, windowsShim)
    return
  }
  const link = join(bin, 'toril')
  if (existsSync(link)) return
  // A link that points nowhere does not exist, but is in the way.
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) rmSync(link)
  symlinkSync(join('..', '..', 'scripts', 'toril.mjs'), link)
  chmodSync(join(root, 'scripts', 'toril.mjs'), 0o755)
}
