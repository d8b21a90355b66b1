import { ensureReady } from './setup.mjs'
import { root } from './setup/paths.mjs'
import { runMain, say } from './setup/say.mjs'
import { fetchElectron, findElectron, obstacle } from './start/electron.mjs'
import { runHeadless } from './start/headless.mjs'
import { runChild } from './start/run-child.mjs'

const own = new Set(['--no-open', '--get-electron'])

/** @returns {Promise<{ file: string } | { reason: string }>} */
async function electronOrReason() {
  const there = findElectron()
  const found =
    there === undefined ? await fetchElectron({ again: process.argv.includes('--get-electron') }) : { file: there }
  if ('reason' in found) return { reason: `Electron's binary ${found.reason}` }
  const reason = obstacle()
  return reason === undefined ? found : { reason }
}

await runMain(async () => {
  await ensureReady()
  const open = !process.argv.includes('--no-open')
  const args = process.argv.slice(2).filter((argument) => !own.has(argument))
  const electron = await electronOrReason()
  if ('file' in electron) return runChild(electron.file, [root, ...args], { ownGroup: true })
  say(
    `${electron.reason}. ${open ? 'Opening the panel in the browser instead.' : 'Open the panel in a browser instead.'}`,
  )
  return runHeadless(args, { open })
})
