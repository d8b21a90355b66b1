import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runNode } from './scratch-checkout.ts'

const project = join(import.meta.dirname, '..', '..')

const bad = `
export async function wait(): Promise<number> { return 1 }
export function floating(): void { wait() }
export function open(x: 'a' | 'b'): number { switch (x) { case 'a': return 1 } return 2 }
export function loose(x: any): unknown { const y = x; y.z(); Number.parseInt(x); return y.z }
export function returned(x: any): number { return x }
export async function useless(): Promise<void> { await 5 }
export function misused(): void { [1].forEach(async () => { await wait() }) }
export function sure(x: string | null): number { return x!.length }
`

test('each of the typed rules fires on code that breaks it', async () => {
  // Inside the project, so that the rules see its TypeScript configuration.
  const folder = mkdtempSync(join(project, 'test', 'scripts', '.lint-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'bad.ts'), bad)
  const { stdout, code } = await runNode(project, [
    'node_modules/oxlint/bin/oxlint',
    '--type-aware',
    '--no-ignore',
    '--format=unix',
    folder,
  ])
  expect(code).not.toBe(0)
  for (const rule of [
    'no-floating-promises',
    'switch-exhaustiveness-check',
    'no-explicit-any',
    'no-unsafe-assignment',
    'no-unsafe-call',
    'no-unsafe-member-access',
    'no-unsafe-argument',
    'no-unsafe-return',
    'await-thenable',
    'no-misused-promises',
    'no-non-null-assertion',
  ]) {
    expect(stdout).toContain(`typescript(${rule})`)
  }
})
