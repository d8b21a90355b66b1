import { ensureReady } from './setup.mjs'
import { runMain } from './setup/say.mjs'
import { runHeadless } from './start/headless.mjs'

await runMain(async () => {
  await ensureReady()
  return runHeadless(
    process.argv.slice(2).filter((argument) => argument !== '--no-open'),
    { open: false },
  )
})
