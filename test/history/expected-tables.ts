/** Tables as schema.prisma describes them, in the words of PostgreSQL's catalog. */
export interface ExpectedTables {
  columns: string[]
  indexes: string[]
}

const types: Record<string, string> = {
  Int: 'integer',
  BigInt: 'bigint',
  String: 'text',
  Float: 'double precision',
  Json: 'jsonb',
  'Json @db.Json': 'json',
  Decimal: 'numeric(65,30)',
  Bytes: 'bytea',
  'DateTime @db.Timestamptz(3)': 'timestamp(3) with time zone',
}

/** Reads only what our schema uses; a type it does not know fails, so that this is extended with the schema. */
export function expectedTables(schema: string): ExpectedTables {
  const columns: string[] = []
  const indexes: string[] = []
  for (const [, body = ''] of schema.matchAll(/^model \w+ \{\n(.*?)^\}/gms)) {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? ''
    const names = new Map<string, string>()
    const list = (fields: string) => fields.split(/,\s*/).map((field) => names.get(field) ?? field)
    for (const line of body.split('\n').map((text) => text.trim())) {
      const field = /^(\w+)\s+(\w+)(\?)?(.*)$/.exec(line)
      const [, name = '', type = '', optional, attributes = ''] = field ?? []
      if (field !== null) {
        const column = /@map\("(\w+)"\)/.exec(attributes)?.[1] ?? name
        const native = /@db\.\S+/.exec(attributes)?.[0]
        const known = types[native === undefined ? type : `${type} ${native}`]
        if (known === undefined) throw new Error(`No column type is known for: ${line}`)
        names.set(name, column)
        const serial = attributes.includes('autoincrement()') ? ' serial' : ''
        columns.push(`${table}: ${column} ${known}${optional === undefined ? '' : ' null'}${serial}`)
        if (/@id\b/.test(attributes)) indexes.push(`${table}: ${table}_pkey ${column} unique`)
        if (/@unique\b/.test(attributes)) indexes.push(`${table}: ${table}_${column}_key ${column} unique`)
      }
      const key = /^@@id\(\[(.*?)\]\)/.exec(line)?.[1]
      if (key !== undefined) indexes.push(`${table}: ${table}_pkey ${list(key).join(', ')} unique`)
      const index = /^@@index\(\[(.*?)\]\)/.exec(line)?.[1]
      if (index !== undefined) indexes.push(`${table}: ${table}_${list(index).join('_')}_idx ${list(index).join(', ')}`)
    }
  }
  return { columns: columns.sort(), indexes: indexes.sort() }
}
