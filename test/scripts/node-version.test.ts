import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runNode } from './scratch-checkout.ts'

const project = join(import.meta.dirname, '..', '..')

/** Runs before the script: Node then takes itself for another version. */
function preload(version: string): string {
  const code = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`
  return `--import=data:text/javascript,${encodeURIComponent(code)}`
}

const { scripts, bin, engines } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
  bin: Record<string, string>
  engines: { node: string }
}
const entries = [
  ...Object.values(scripts).flatMap((script) => /^node --require \S+ (scripts\/\S+)/.exec(script)?.[1] ?? []),
  ...Object.values(bin),
]

test.each(entries)('%s says in one sentence that Node is too old', async (entry) => {
  for (const version of ['14.21.3', '18.19.0', '20.10.0']) {
    const { code, stdout, stderr } = await runNode(project, [preload(version), entry])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(new RegExp(`^toril: This is Node ${version}, and Toril needs 20\\.11 or newer .*\n$`))
  }
})

test('npm loads the check before a script that an old Node cannot even read', () => {
  const own = Object.values(scripts).filter((script) => script.startsWith('node '))
  for (const script of own) expect(script).toMatch(/^node --require \.\/scripts\/node-version\.cjs scripts\//)
})

test('the oldest Node that package.json names is let in', async () => {
  const oldest = `${engines.node.replace('>=', '')}.0`
  const { code } = await runNode(project, [preload(oldest), 'scripts/node-version.cjs'])
  expect(code).toBe(0)
})
