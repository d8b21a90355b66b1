import type { SafeStorage } from 'electron'
import { TorilError } from '../contract/errors.ts'
import type { SecretBox } from '../runner/connections/profiles/secret-box.ts'

type Storage = Pick<
  SafeStorage,
  'decryptString' | 'encryptString' | 'getSelectedStorageBackend' | 'isEncryptionAvailable'
>

/**
 * Seals with the keychain of the system: Keychain on macOS, DPAPI on Windows, GNOME's or KDE's on Linux. Undefined
 * where there is none: on Linux without a keyring Electron would use a key that stands in its own source.
 * To be asked once the app is ready.
 */
export function createSafeStorageBox(storage: Storage, platform: NodeJS.Platform): SecretBox | undefined {
  if (!storage.isEncryptionAvailable()) return undefined
  if (platform === 'linux' && ['basic_text', 'unknown'].includes(storage.getSelectedStorageBackend())) return undefined
  return {
    kind: 'safe-storage',
    // The place is sealed with the text: the keychain itself binds to nothing.
    seal(text, place) {
      try {
        return storage.encryptString(JSON.stringify([place, text])).toString('base64')
      } catch (error) {
        const message = "The system's keychain does not seal passwords now. Unlock it and try again."
        throw new TorilError('SECRETS_LOCKED', message, { cause: error })
      }
    },
    open(sealed, place) {
      let opened: unknown
      try {
        opened = JSON.parse(storage.decryptString(Buffer.from(sealed, 'base64')))
      } catch (error) {
        const message = "The system's keychain does not open it. Unlock the keychain, or enter the password again."
        throw new TorilError('SECRETS_LOCKED', message, { cause: error })
      }
      const [where, text] = Array.isArray(opened) ? (opened as unknown[]) : []
      if (where === place && typeof text === 'string') return text
      throw new TorilError('SECRETS_LOCKED', 'It was sealed for another profile, or it was changed.')
    },
  }
}

/** Said once the key file is used in place of a keychain. */
export const noKeychainNotice = {
  code: 'NO_KEYCHAIN',
  message:
    'This system has no keyring for passwords, so those of profiles are sealed with a key file in the data folder, readable by you only. Install GNOME Keyring or KWallet, or keep the data folder private.',
}
