import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The unprivileged user that PostgreSQL runs as when Toril itself runs as root, which PostgreSQL refuses. */
export interface ServerAccount {
  uid: number
  gid: number
  name: string
}

/** Initdb looks its own user up, so an unused number will not do: it must be one of /etc/passwd. */
const accountNames = ['postgres', '_postgres', 'nobody']

export function isRoot(): boolean {
  return process.platform !== 'win32' && process.getuid?.() === 0
}

/** Undefined where Toril does not run as root: then the server runs as the same user. */
export async function findServerAccount(): Promise<ServerAccount | undefined> {
  if (!isRoot()) return undefined
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  for (const name of accountNames) {
    const entry = lines.find((fields) => fields[0] === name)
    const [uid, gid] = [Number(entry?.[2]), Number(entry?.[3])]
    if (Number.isInteger(uid) && Number.isInteger(gid) && uid > 0) return { uid, gid, name }
  }
  return undefined
}

/** The nearest folder at or above `path` that the account may not pass through; undefined when it reaches `path`. */
export async function barrierTo(path: string, account: ServerAccount): Promise<string | undefined> {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder)
    const execute = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
    if ((mode & execute) === 0) return folder
    if (dirname(folder) === folder) return undefined
  }
}
