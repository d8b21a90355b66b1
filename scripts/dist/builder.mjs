import { join } from 'node:path'
import { runCommand, toolEnvironment } from '../setup/command.mjs'
import { nodeBinary, root } from '../setup/paths.mjs'

/**
 * Runs electron-builder with electron-builder.yml.
 * @param {string[]} args
 * @param {{ echo?: boolean }} [options]
 */
export function runBuilder(args, options = {}) {
  const cli = join(root, 'node_modules', 'electron-builder', 'out', 'cli', 'cli.js')
  return runCommand(nodeBinary, [cli, '--config', 'electron-builder.yml', '--publish', 'never', ...args], {
    env: toolEnvironment(),
    ...options,
  })
}

/**
 * The lines of electron-builder's output that say what went wrong.
 * @param {string} output
 */
export function complaintOf(output) {
  const lines = output.split('\n').filter((line) => /⨯|error|cannot|invalid/i.test(line))
  return (lines.length > 0 ? lines.slice(0, 6) : output.trim().split('\n').slice(-6)).join('\n').trim()
}
