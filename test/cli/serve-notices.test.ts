import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCli, type Cli } from './cli-fixture.ts'

let cli: Cli
beforeEach(async () => {
  cli = await createCli()
})
afterEach(() => cli.close())

// Windows has no signal that a runner could hear of the test.
test.skipIf(process.platform === 'win32')(
  'serve says on standard error that a broken preferences file was kept aside',
  async () => {
    mkdirSync(cli.dataDir)
    writeFileSync(join(cli.dataDir, 'preferences.json'), '{"pool":')
    const serving = cli.start(['serve', '--json'])
    await serving.printed(/preferences\.json\.broken-/)
    serving.child.kill('SIGTERM')
    const { code, stdout, stderr } = await serving.finished
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ dataDir: cli.dataDir })
    expect(stderr).toMatch(/^.*preferences\.json\.broken-.*\nStopping\./m)
  },
)
