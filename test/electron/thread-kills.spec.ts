import { expect, test } from '@playwright/test'
import type { Job } from '../../electron/contract/job.ts'
import { launchElectron, reasonToSkip, titled, type RealDesktop } from './launch-electron.ts'

/** A job that never yields: only the end of its thread ends it. */
const spinningJob = `export default {
  name: 'spin', title: 'Spin', input: { type: 'object' }, defaults: { attempts: 1 },
  run() { for (;;); },
}
`

/** TORIL_SOAK_KILLS makes it longer. */
const kills = Number(process.env['TORIL_SOAK_KILLS'] ?? 100)

const reason = reasonToSkip()

// electron/electron#47986: crashes of the whole app after many worker.terminate() were reported.
test.describe(titled('killing threads again and again', reason), () => {
  test.skip(reason !== undefined, reason)
  let desktop: RealDesktop | undefined
  test.afterEach(() => desktop?.cleanUp())

  test(`leaves the app alive after ${kills} kills`, async () => {
    test.setTimeout(60_000 + kills * 5_000)
    desktop = await launchElectron({ jobs: { 'spin.job.mjs': spinningJob } })
    const { call, page } = desktop
    const stateOf = async (id: string) => (await call<Job>('GET', `/jobs/${id}`)).state
    for (let done = 0; done < kills; done += 2) {
      const pair = await Promise.all([0, 1].map(() => call<Job>('POST', '/jobs', { type: 'spin', input: {} })))
      for (const { id } of pair) await expect.poll(() => stateOf(id)).toBe('active')
      await Promise.all(pair.map(({ id }) => call('POST', `/jobs/${id}/cancel`, { now: true })))
      for (const { id } of pair) await expect.poll(() => stateOf(id)).toBe('cancelled')
    }
    const { id } = await call<Job>('POST', '/jobs', { type: 'add-two-numbers', input: { a: 1, b: 2 } })
    await expect.poll(() => stateOf(id)).toBe('completed')
    await expect(page.getByRole('link', { name: 'Overview' })).toBeVisible()
  })
})
