import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Calls `/api/v1` of the runner that has the data folder, as its runner.json says. Rejects when the answer is no success. */
export async function callRunner<Answer>(
  dataDir: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const { url, token } = JSON.parse(readFileSync(join(dataDir, 'runner.json'), 'utf8')) as Record<string, string>
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Answer
}
