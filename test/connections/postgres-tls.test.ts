import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { pgAddress } from '../../electron/runner/connections/postgres-tls.ts'

const at = 'postgresql://me@db.example/app'

it.each(['prefer', 'require', 'verify-ca'])('sslmode=%s checks the certificate and the name in it', (mode) => {
  expect(pgAddress({ url: `${at}?sslmode=${mode}` })).toEqual({ connectionString: `${at}?sslmode=verify-full` })
  expect(pgAddress({ url: `${at}?schema=own&sslmode=${mode}&sslrootcert=/ca.pem` })).toEqual({
    connectionString: `${at}?schema=own&sslmode=verify-full&sslrootcert=/ca.pem`,
  })
})

it.each(['?sslmode=verify-full', '?sslmode=disable', '?sslmode=no-verify', '', '?sslmode=require&uselibpqcompat=true'])(
  'an address that ends with "%s" stays as it is',
  (query) => expect(pgAddress({ url: `${at}${query}` })).toEqual({ connectionString: `${at}${query}` }),
)

it('nothing is printed about the mode', async () => {
  const module = join(import.meta.dirname, '../../electron/runner/connections/postgres-tls.ts')
  const script = `import pg from 'pg'
    const { pgAddress } = await import(${JSON.stringify(module)})
    const client = new pg.Client(pgAddress({ url: '${at}?sslmode=require' }))
    console.log(JSON.stringify(client.connectionParameters.ssl))`
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: join(import.meta.dirname, '../..'),
  })
  expect(stderr).toBe('')
  expect(stdout).toBe('{}\n')
})
