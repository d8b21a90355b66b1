/** What is wrong with the folder to be hashed. Another try would find the same, so it asks for none. */
export class FolderError extends Error {
  readonly code: 'PATH_NOT_FOUND' | 'NOT_A_FOLDER' | 'NOT_READABLE'
  readonly retryable = false
  constructor(code: FolderError['code'], message: string) {
    super(message)
    this.name = 'FolderError'
    this.code = code
  }
}

/** The sentence for what the file system said about the folder itself. */
export function folderError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new FolderError('PATH_NOT_FOUND', `path: ${path} does not exist on this runner.`)
  if (code === 'ENOTDIR') return new FolderError('NOT_A_FOLDER', `path: ${path} is not a folder.`)
  if (code === 'EACCES' || code === 'EPERM') {
    return new FolderError('NOT_READABLE', `path: ${path} may not be read by this runner.`)
  }
  return error
}
