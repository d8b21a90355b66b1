import { ensureReady } from './setup.mjs'
import { runMain } from './setup/say.mjs'

await runMain(() => ensureReady({ build: 'always' }))
