/** Seals secrets for the disk. Both methods throw TorilError SECRETS_LOCKED, one sentence that holds no secret. */
export interface SecretBox {
  /** Stands beside what it sealed, so that no other box tries to open it. */
  readonly kind: 'key-file' | 'safe-storage'
  /** `place` is where the secret belongs; taken to another place it cannot be opened. */
  seal(text: string, place: string): string
  open(sealed: string, place: string): string
}
