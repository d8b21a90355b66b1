import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { locateJobTypes } from '../entries.ts'

/** The file in a jobs folder that tells an editor what `toril` is. */
export const typesFile = 'toril.d.ts'

const header = '// Written by Toril, which keeps it up to date. What you change here is lost.'
const preamble = `${header}

// Node's modules are known to exist. For their types: npm install --save-dev @types/node
declare module 'node:*'
`
const sources = ['folder-types.ts', 'context.ts', 'define-services.ts', 'database/types.ts']
const ownServices = 'export type OwnServices = object'
const servicesFiles = ['services.ts', 'services.mts', 'services.js', 'services.mjs']

/** What a job file may import types of, made of the sources that the runner itself is built from. */
export function composeJobTypes(workersFolder: string): string {
  const texts = sources.map((name) => readFileSync(join(workersFolder, name), 'utf8'))
  // All in one file need no import of each other.
  return texts.map((text) => text.replaceAll(/^import [^;]*? from '.*'\n/gm, '').trim()).join('\n\n')
}

function readJobTypes(): string {
  const place = locateJobTypes()
  return 'file' in place ? readFileSync(place.file, 'utf8') : composeJobTypes(place.workersFolder)
}

/** The text of toril.d.ts for a folder with this services file, or none. */
export function folderTypes(servicesFile: string | undefined): string {
  const own =
    servicesFile === undefined
      ? ownServices
      : [
          `type Factory = typeof import('./${servicesFile}').default`,
          'type Made<Export> = Export extends { create: (...given: never[]) => infer Value } | ((...given: never[]) => infer Value) ? Awaited<Value> : object',
          'export type OwnServices = Made<Factory>',
        ].join('\n')
  const body = readJobTypes()
    .replace(ownServices, own)
    .replaceAll(/^(?=.)/gm, '  ')
  return `${preamble}\ndeclare module 'toril' {\n${body}\n}\n`
}

/** Writes toril.d.ts unless it is there as it should be. */
export async function writeFolderTypes(folder: string): Promise<void> {
  const names = new Set(await readdir(folder))
  const text = folderTypes(servicesFiles.find((name) => names.has(name)))
  const file = join(folder, typesFile)
  const present = await readFile(file, 'utf8').catch(() => undefined)
  if (present !== text) await writeFile(file, text)
}

/** Brings the toril.d.ts that Toril once wrote into a folder up to date; where there is none, none is made. */
export async function refreshFolderTypes(folder: string): Promise<void> {
  const file = join(folder, typesFile)
  if (!existsSync(file)) return
  const text = await readFile(file, 'utf8')
  if (text.startsWith(header)) await writeFolderTypes(folder)
}
