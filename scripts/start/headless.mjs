import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { toolEnvironment } from '../setup/command.mjs'
import { nodeBinary, root } from '../setup/paths.mjs'
import { runChild } from './run-child.mjs'

const opener =
  process.platform === 'darwin'
    ? { file: 'open', args: [] }
    : process.platform === 'win32'
      ? { file: 'rundll32', args: ['url.dll,FileProtocolHandler'] }
      : { file: 'xdg-open', args: [] }

/**
 * Opens the user's browser. Where there is none nothing happens: the address is printed anyway.
 * @param {string} url
 */
function openBrowser(url) {
  const child = spawn(opener.file, [...opener.args, url], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

/**
 * Runs the headless runner in the foreground.
 * @param {string[]} args for it
 * @param {{ open: boolean }} options `open`: the panel in the browser as soon as it answers
 */
export function runHeadless(args, { open }) {
  let opened = !open
  return runChild(nodeBinary, [join(root, 'out', 'main', 'serve.js'), ...args], {
    env: toolEnvironment(),
    ownGroup: true,
    ...(open && {
      onLine(line) {
        const url = opened ? undefined : /https?:\/\/\S+/.exec(line)?.[0]
        if (url === undefined) return
        opened = true
        openBrowser(url)
      },
    }),
  })
}
