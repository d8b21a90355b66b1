/// <reference types="node" />
import { defineConfig } from 'prisma/config'

// Every command first looks for the schema engine, a binary from outside npm. `generate`, `validate` and
// `format` never run it, so any file that exists will do.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
})
