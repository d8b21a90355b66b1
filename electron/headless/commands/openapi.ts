import type { Command } from 'commander'
import { readVersion } from '../../api/version.ts'
import { printJson } from '../output/print.ts'
import { withJson } from './shared-options.ts'

/** Needs no runner: the document is made from the contract. */
export function addOpenApi(program: Command): void {
  withJson(program.command('openapi'))
    .description('print the OpenAPI 3.1 document of the REST api')
    .action(async () => {
      const { createOpenApiDocument } = await import('../../api/openapi/document.ts')
      printJson(await createOpenApiDocument(readVersion()))
    })
}
