import { readStoredFile } from '../stored-file.ts'

/**
 * The jobs folder that a preferences file names, for who is no runner and must not mend the file. Undefined
 * when it names none or cannot be used.
 */
export async function readJobsFolder(file: string): Promise<string | undefined> {
  try {
    const { jobs } = JSON.parse((await readStoredFile(file)) ?? '{}') as { jobs?: { folder?: unknown } }
    return typeof jobs?.folder === 'string' ? jobs.folder : undefined
  } catch {
    return undefined
  }
}
