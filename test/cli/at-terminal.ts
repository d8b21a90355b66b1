import { spawn } from 'node:child_process'
import { join } from 'node:path'

const project = join(import.meta.dirname, '..', '..')

/** Runs the command at a terminal, and answers each question as soon as it is printed. */
export async function atTerminal(
  dataDir: string,
  args: string[],
  answers: [RegExp, string][],
): Promise<{ code: number | null; text: string }> {
  const command = [process.execPath, join(project, 'electron', 'headless', 'cli.ts'), ...args]
  const line = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: { ...process.env, TORIL_DATA_DIR: dataDir, NO_COLOR: '1', TERM: 'dumb' },
  })
  let text = ''
  const left = [...answers]
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    const [next] = left
    if (next === undefined || !next[0].test(text)) return
    left.shift()
    child.stdin.write(`${next[1]}\r`)
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { code, text }
}
