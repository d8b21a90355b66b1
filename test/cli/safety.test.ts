import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atTerminal } from './at-terminal.ts'
import { createCli, type Cli } from './cli-fixture.ts'

const name = 'This computer'

let cli: Cli
beforeAll(async () => {
  cli = await createCli()
  await cli.start(['serve']).printed(/Toril is ready/)
  await cli.run(['pause'])
  expect((await cli.run(['profiles', 'edit', name, 'environment=production'])).code).toBe(0)
})
afterAll(() => cli.close())

const enqueue = (n: number) => cli.json('enqueue', 'add-two-numbers', `{"a": ${n}, "b": 1}`)

describe('on a production profile', () => {
  test('a dry run says what would be touched, and changes nothing', async () => {
    await enqueue(1)
    await enqueue(2)
    const { code, stdout } = await cli.run(['drain', '--dry-run'])
    expect([code, stdout]).toEqual([0, 'It would touch 2 jobs: 2 waiting. Nothing was changed.\n'])
    expect(await cli.json('cancel', '--all', '--dry-run')).toMatchObject({ total: 2, byState: { waiting: 2 } })
    expect(await cli.json('obliterate', '--dry-run')).toMatchObject({ total: 2 })
    expect(await cli.json('jobs', '--state', 'waiting')).toMatchObject({ total: 2 })
  })

  test('a script that does not give the name ends with an exit code of its own', async () => {
    const acts = [['drain'], ['obliterate'], ['cancel', '--all'], ['remove', '--all'], ['clean', '--older-than', '0s']]
    for (const args of acts) {
      for (const confirm of [[], ['--confirm', 'Staging']]) {
        const { code, stderr } = await cli.run([...args, ...confirm])
        expect([code, stderr]).toEqual([
          5,
          expect.stringMatching(/is production.*Nothing was changed.*--confirm <name>/),
        ])
      }
    }
    expect(await cli.json('jobs', '--state', 'waiting')).toMatchObject({ total: 2 })
  })

  test('a script that gives it goes ahead', async () => {
    const { code, stdout } = await cli.run(['cancel', '--all', '--confirm', name, '--reason', 'Wrong day.'])
    expect([code, stdout]).toEqual([0, '2 jobs cancelled, or asked to stop.\n'])
    expect(await cli.json('retry', '--all', '--state', 'cancelled', '--confirm', name)).toMatchObject({ done: 2 })
    expect(await cli.json('drain', '--confirm', name)).toMatchObject({ done: 2, over: true })
    const clean = ['clean', '--state', 'cancelled', '--older-than', '0s', '--limit', '1', '--confirm', name]
    expect(await cli.run(clean)).toMatchObject({ code: 0, stdout: '1 job removed.\n' })
    expect(await cli.json('remove', '--all', '--confirm', name)).toMatchObject({ failed: 0, over: true })
    expect(await cli.json('jobs')).toMatchObject({ total: 0 })
  })

  test.skipIf(process.platform !== 'linux')('at a terminal the name is asked for, after the dry run', async () => {
    await enqueue(3)
    await enqueue(4)
    const wrong = await atTerminal(cli.dataDir, ['drain'], [[/Name of the profile: /, 'This Computer']])
    expect(wrong.text).toMatch(/It would touch 2 jobs: 2 waiting\.[\s\S]*is production[\s\S]*Name of the profile: /)
    expect(wrong.code).toBe(5)
    expect(await cli.json('jobs', '--state', 'waiting')).toMatchObject({ total: 2 })
    const right = await atTerminal(cli.dataDir, ['drain'], [[/Name of the profile: /, name]])
    expect([right.code, right.text]).toEqual([0, expect.stringContaining('2 jobs taken out of the queue.')])
    expect(await cli.json('jobs', '--state', 'waiting')).toMatchObject({ total: 0 })
  })

  test('changes through it are allowed for a time and ended, under its name', async () => {
    expect((await cli.run(['profiles', 'edit', name, 'readOnly=true'])).code).toBe(0)
    expect(await cli.run(['drain', '--confirm', name])).toMatchObject({ code: 4 })
    expect(await cli.run(['drain', '--dry-run'])).toMatchObject({ code: 0 })
    expect(await cli.run(['profiles', 'changes', name])).toMatchObject({ code: 5 })
    const allowed = await cli.run(['profiles', 'changes', name, '--for', '5m', '--confirm', name])
    expect([allowed.code, allowed.stdout]).toEqual([
      0,
      expect.stringMatching(/^Changes of This computer are allowed until /),
    ])
    expect(await cli.run(['drain', '--confirm', name])).toMatchObject({ code: 0 })
    expect(await cli.run(['profiles', 'changes', name, '--end'])).toMatchObject({
      code: 0,
      stdout: 'This computer is read-only.\n',
    })
    expect(await cli.run(['drain', '--confirm', name])).toMatchObject({ code: 4 })
    expect((await cli.run(['profiles', 'edit', name, 'readOnly=false'])).code).toBe(5)
    expect((await cli.run(['profiles', 'edit', name, 'readOnly=false', '--confirm', name])).code).toBe(0)
  })

  test('one job or all must be said', async () => {
    for (const args of [['cancel'], ['remove'], ['cancel', 'some', '--all'], ['remove', 'some', '--dry-run']]) {
      expect(await cli.run(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('--all') as string })
    }
  })
})
