import { pathToFileURL } from 'node:url'
import { app } from 'electron'
import { locateUpwards } from '../runner/entries.ts'

const asked = new Set(['-h', '--help', '-V', '--version'])

/**
 * The words of a command line, where there are any: `toril status` of an installed package is the desktop app's own
 * executable. Switches of Chromium may stand before them, and after `--` there are none of those.
 */
export function commandOf(argv: readonly string[], isPackaged: boolean): string[] | undefined {
  const given = argv.slice(1)
  // Unpackaged, Electron is given the folder of the app first.
  const words = isPackaged ? given : given.slice(given.findIndex((word) => !word.startsWith('-')) + 1)
  const start = words.findIndex((word) => asked.has(word) || !word.startsWith('-'))
  return start === -1 ? undefined : words.slice(start)
}

/** Runs a command as the command line does, in this process and without a window, and ends it with its exit code. */
export async function runCommand(command: readonly string[]): Promise<void> {
  app.disableHardwareAcceleration()
  app.dock?.hide()
  // A signal is the command's to answer: serve stops in order.
  app.on('before-quit', (event) => event.preventDefault())
  process.argv = ['toril', 'toril', ...command]
  try {
    // Built beside this file: the command line belongs to the other shell, and is not to be part of this one.
    await import(pathToFileURL(locateUpwards('out/main/cli.js')).href)
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  }
  // Windows writes to a pipe when it likes.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  app.exit(Number(process.exitCode ?? 0))
}
