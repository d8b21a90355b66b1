/** Something that works, and should be changed all the same. */
export interface RedisNotice {
  code: string
  message: string
}

export interface RedisInfo {
  text: string
  isCluster: boolean
  isReplica: boolean
  notices: RedisNotice[]
}

/** Older ones lack what BullMQ recommends; it would only warn on the console. */
const minimumVersion = [6, 2] as const

function fieldOf(text: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1]?.trim()
}

/** Reads what INFO answers. */
export function readInfo(text: string): RedisInfo {
  const policy = fieldOf(text, 'maxmemory_policy')
  const notices: RedisNotice[] = []
  if (policy !== undefined && policy !== 'noeviction') {
    notices.push({
      code: 'EVICTION_POLICY',
      message: `Redis may throw jobs away when its memory is full: its eviction policy is ${policy}. Set maxmemory-policy to noeviction.`,
    })
  }
  return {
    text,
    isCluster: fieldOf(text, 'cluster_enabled') === '1',
    isReplica: fieldOf(text, 'role') === 'slave',
    notices,
  }
}

/** Undefined when the server's version will do, or cannot be told. */
export function versionRefusal(info: string): string | undefined {
  const found = /^(?:redis|valkey)_version:(\d+)\.(\d+)\S*/m.exec(info)
  if (found === null || /^(?:dragonfly|valkey)_version:/m.test(info)) return undefined
  const [major, minor] = [Number(found[1]), Number(found[2])]
  const [wantedMajor, wantedMinor] = minimumVersion
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return undefined
  return `it is version ${found[0].split(':')[1] ?? ''}, and Toril needs ${minimumVersion.join('.')} or newer. Upgrade Redis`
}
