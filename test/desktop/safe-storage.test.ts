import { expect, test, vi } from 'vitest'

vi.mock('electron', () => ({
  safeStorage: {
    isEncryptionAvailable: vi.fn(() => true),
    getSelectedStorageBackend: vi.fn(() => 'gnome_libsecret'),
    // As opaque as a keychain, and it notices what it has not made itself.
    encryptString: vi.fn((text: string) => Buffer.from(`sealed:${Buffer.from(text).toString('hex')}`)),
    decryptString: vi.fn((bytes: Buffer) => {
      const [mark, hex = ''] = bytes.toString().split(':')
      if (mark !== 'sealed') throw new Error('Error while decrypting the ciphertext')
      return Buffer.from(hex, 'hex').toString()
    }),
  },
}))
const { safeStorage } = await import('electron')
const { createSafeStorageBox } = await import('../../electron/main/safe-storage-box.ts')

test('the keychain seals a secret for one place', () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    const box = createSafeStorageBox(safeStorage, platform)
    const sealed = box?.seal('a secret', 'profile one') ?? ''
    expect(sealed).not.toContain('secret')
    expect([box?.kind, box?.open(sealed, 'profile one')]).toEqual(['safe-storage', 'a secret'])
    expect(() => box?.open(sealed, 'profile two')).toThrow(/sealed for another profile/)
    expect(() => box?.open('AAAA', 'profile one')).toThrow(expect.objectContaining({ code: 'SECRETS_LOCKED' }))
  }
})

test('a keychain that is locked says what to do', () => {
  const box = createSafeStorageBox(safeStorage, 'darwin')
  vi.mocked(safeStorage.encryptString).mockImplementationOnce(() => {
    throw new Error('not now')
  })
  expect(() => box?.seal('a secret', 'here')).toThrow(/Unlock it and try again/)
})

test('where there is no keychain there is no such box', () => {
  for (const backend of ['basic_text', 'unknown'] as const) {
    vi.mocked(safeStorage.getSelectedStorageBackend).mockReturnValueOnce(backend)
    expect(createSafeStorageBox(safeStorage, 'linux')).toBeUndefined()
  }
  vi.mocked(safeStorage.isEncryptionAvailable).mockReturnValueOnce(false)
  expect(createSafeStorageBox(safeStorage, 'darwin')).toBeUndefined()
})
