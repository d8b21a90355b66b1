import { ensureReady } from './setup.mjs'
import { runMain, say } from './setup/say.mjs'
import { runDesktop } from './start/desktop.mjs'
import { fetchElectron, findElectron, obstacle } from './start/electron.mjs'
import { runHeadless } from './start/headless.mjs'

const own = new Set(['--no-open', '--get-electron'])

/** @returns {Promise<{ file: string } | { reason: string }>} */
async function electronOrReason() {
  const there = findElectron()
  const reason = obstacle(there)
  if (reason !== undefined) return { reason }
  if (there !== undefined) return { file: there }
  const fetched = await fetchElectron({ again: process.argv.includes('--get-electron') })
  return 'reason' in fetched ? { reason: `Electron's binary ${fetched.reason}` } : fetched
}

await runMain(async () => {
  await ensureReady()
  const open = !process.argv.includes('--no-open')
  const args = process.argv.slice(2).filter((argument) => !own.has(argument))
  const electron = await electronOrReason()
  const ended = 'file' in electron ? await runDesktop(electron.file, args) : electron
  if ('code' in ended) return ended.code
  say(`${ended.reason}. ${open ? 'Opening the panel in the browser instead.' : 'Open the panel in a browser instead.'}`)
  return runHeadless(args, { open })
})
