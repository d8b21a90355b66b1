import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TorilError } from '../../../contract/errors.ts'
import { jobTypeNameSchema } from '../../../contract/job-type.ts'
import { builtInJobs } from '../../../../workers/jobs/index.ts'
import { writeFolderTypes } from '../folder-types.ts'
import { jobTemplate, testTemplate, tsconfigTemplate } from './job-template.ts'

export interface NewJob {
  /** Absolute paths. */
  file: string
  test: string
  folder: string
}

function checkName(name: string): void {
  const problem = jobTypeNameSchema.safeParse(name).error?.issues[0]?.message
  const colon = name.includes(':') ? 'cannot have a colon, because it names a file' : undefined
  const why = problem ?? colon
  if (why === undefined) return
  throw new TorilError('INVALID_REQUEST', `The name ${JSON.stringify(name)} ${why}, e.g. tidy-photos.`)
}

function refuse(error: unknown, folder: string): never {
  const code = (error as NodeJS.ErrnoException).code ?? String(error)
  const why = code === 'ENOTDIR' || code === 'EEXIST' ? 'it is not a folder' : code
  throw new TorilError('INVALID_REQUEST', `The folder ${folder} cannot be written: ${why}. Name another with --dir.`, {
    cause: error,
  })
}

/**
 * Writes a job type that runs, its test, and what an editor needs to know its types, into the folder, which
 * is made when missing. Nothing that is there is replaced. Rejects with TorilError INVALID_REQUEST for a
 * name that cannot be or is taken, UNAVAILABLE for a folder that cannot be written.
 */
export async function writeNewJob(folder: string, name: string): Promise<NewJob> {
  checkName(name)
  if (Object.hasOwn(builtInJobs, name)) {
    throw new TorilError('INVALID_REQUEST', `${name} is a built-in job type. Choose another name.`)
  }
  const job: NewJob = { folder, file: join(folder, `${name}.job.ts`), test: join(folder, `${name}.test.ts`) }
  try {
    await mkdir(folder, { recursive: true })
    const taken = (await readdir(folder)).find(
      (each) =>
        each === `${name}.test.ts` ||
        (/^\.job\.(?:ts|mts|js|mjs)$/.test(each.slice(name.length)) && each.startsWith(name)),
    )
    if (taken !== undefined) {
      throw new TorilError('INVALID_REQUEST', `${join(folder, taken)} is there already. Choose another name.`)
    }
    await writeFolderTypes(folder)
    await writeOnce(join(folder, 'tsconfig.json'), tsconfigTemplate)
    await writeFile(job.test, testTemplate(name), { flag: 'wx' })
    // Last, because a running Toril reads it at once.
    await writeFile(job.file, jobTemplate(name), { flag: 'wx' })
  } catch (error) {
    if (error instanceof TorilError) throw error
    refuse(error, folder)
  }
  return job
}

async function writeOnce(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
