/** An exact decimal number, as Prisma answers `numeric`: the class of decimal.js. */
export interface Decimal {
  toString(): string
  toFixed(decimals?: number): string
  toNumber(): number
  plus(other: Decimal | number | string): Decimal
  minus(other: Decimal | number | string): Decimal
  times(other: Decimal | number | string): Decimal
  dividedBy(other: Decimal | number | string): Decimal
  comparedTo(other: Decimal | number | string): number
  equals(other: Decimal | number | string): boolean
}

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key in string]?: JsonValue }

/** Which null is meant where a JSON column is written or compared: `db.DbNull`, `db.JsonNull`, `db.AnyNull`. */
export interface JsonNullMark {
  readonly kind: 'DbNull' | 'JsonNull' | 'AnyNull'
}

/** A queue whose jobs the history keeps; ids of jobs are unique only within one. */
export interface SourceRow {
  id: number
  name: string
}

export interface JobRow {
  sourceId: number
  id: string
  /** Order of arrival. */
  seq: bigint
  type: string
  state: string
  input: JsonValue
  result: JsonValue
  error: JsonValue
  progress: JsonValue
  options: JsonValue
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
}

export interface AttemptRow {
  sourceId: number
  jobId: string
  /** From 1. */
  number: number
  executor: string
  runner: string
  thread: string | null
  startedAt: Date
  finishedAt: Date | null
  outcome: string | null
  cpuMs: number | null
  peakHeapBytes: bigint | null
  error: JsonValue
  cancelledBy: string | null
  cancelReason: string | null
}

export interface LogLineRow {
  sourceId: number
  jobId: string
  seq: number
  at: Date
  level: string
  attempt: number
  text: string
}

/** What jobs keep for themselves between runs. Toril neither reads nor deletes it. */
export interface JobDataRow {
  /** Whose it is, e.g. the name of the job type. */
  space: string
  key: string
  value: JsonValue
  /** An exact number, for sums and averages. */
  amount: Decimal | null
  counter: bigint
  bytes: Uint8Array | null
  createdAt: Date
  updatedAt: Date
}

type Exact<Value> = Extract<Value, Decimal> extends never ? Value : Value | number | string
/** What may be given for a column: a `Decimal` also as number or text, a `bigint` also as number. */
type Given<Value> = Extract<Value, bigint> extends never ? Exact<Value> : Value | number
type IsJson<Value> = JsonValue extends Value ? true : false

interface OrderFilter<Value> {
  equals?: Given<Value>
  not?: Given<Value> | OrderFilter<Value>
  in?: Given<NonNullable<Value>>[]
  notIn?: Given<NonNullable<Value>>[]
  lt?: Given<NonNullable<Value>>
  lte?: Given<NonNullable<Value>>
  gt?: Given<NonNullable<Value>>
  gte?: Given<NonNullable<Value>>
}
interface TextFilter {
  contains?: string
  startsWith?: string
  endsWith?: string
  mode?: 'default' | 'insensitive'
}
interface JsonFilter {
  path?: string[]
  equals?: JsonValue | JsonNullMark
  not?: JsonValue | JsonNullMark
  string_contains?: string
  string_starts_with?: string
  string_ends_with?: string
  array_contains?: JsonValue
  lt?: JsonValue
  lte?: JsonValue
  gt?: JsonValue
  gte?: JsonValue
}
type FilterOf<Value> =
  IsJson<Value> extends true
    ? JsonFilter
    : Given<Value> | (OrderFilter<Value> & (Extract<Value, string> extends never ? object : TextFilter))

export type Where<Row> = { [Field in keyof Row]?: FilterOf<Row[Field]> } & {
  AND?: Where<Row> | Where<Row>[]
  OR?: Where<Row>[]
  NOT?: Where<Row> | Where<Row>[]
}

export type OrderBy<Row> = {
  [Field in keyof Row]?: 'asc' | 'desc' | { sort: 'asc' | 'desc'; nulls?: 'first' | 'last' }
}

interface Shape<Row> {
  select?: { [Field in keyof Row]?: boolean }
  omit?: { [Field in keyof Row]?: boolean }
}

type Chosen<Row, Choice> = { [Field in keyof Row as Field extends keyof Choice ? Field : never]: Row[Field] }
/** The columns that `select` or `omit` leave. */
export type Picked<Row, Args> = Args extends { select: infer Choice }
  ? Chosen<Row, Choice>
  : Args extends { omit: infer Choice }
    ? Omit<Row, keyof Choice>
    : Row

export interface FindArgs<Row, Id> extends Shape<Row> {
  where?: Where<Row>
  orderBy?: OrderBy<Row> | OrderBy<Row>[]
  cursor?: Id
  /** Rows at most; negative counts from the end. */
  take?: number
  skip?: number
  distinct?: keyof Row | (keyof Row)[]
}

type Numeric<Row> = {
  [Field in keyof Row]: Extract<Row[Field], number | bigint | Decimal> extends never ? never : Field
}[keyof Row]
type Measured<Args, Measure extends string, Value> =
  Args extends Record<Measure, infer Choice> ? { [Key in Measure]: { [Field in keyof Choice]: Value } } : unknown
type Extreme<Row, Args, Measure extends string> =
  Args extends Record<Measure, infer Choice>
    ? { [Key in Measure]: { [Field in keyof Choice]: Field extends keyof Row ? Row[Field] | null : never } }
    : unknown
/** A mean of whole numbers is a number; of a Decimal column it is a Decimal. */
type Mean<Row, Args> = Args extends { _avg: infer Choice }
  ? {
      _avg: {
        [Field in keyof Choice]: Field extends keyof Row
          ? Extract<Row[Field], Decimal> extends never
            ? number | null
            : Decimal | null
          : never
      }
    }
  : unknown

interface Measures<Row> {
  _count?: true | { [Field in keyof Row | '_all']?: true }
  _avg?: { [Field in Numeric<Row>]?: true }
  _sum?: { [Field in Numeric<Row>]?: true }
  _min?: { [Field in keyof Row]?: true }
  _max?: { [Field in keyof Row]?: true }
}
type Counted<Args> = Args extends { _count: true } ? { _count: number } : Measured<Args, '_count', number>
export type Aggregated<Row, Args> = Counted<Args> &
  Mean<Row, Args> &
  Extreme<Row, Args, '_sum'> &
  Extreme<Row, Args, '_min'> &
  Extreme<Row, Args, '_max'>

export interface AggregateArgs<Row, Id>
  extends Measures<Row>, Pick<FindArgs<Row, Id>, 'where' | 'orderBy' | 'cursor' | 'take' | 'skip'> {}

export interface GroupArgs<Row> extends Measures<Row> {
  by: keyof Row | (keyof Row)[]
  where?: Where<Row>
  having?: object
  orderBy?: object | object[]
  take?: number
  skip?: number
}
type GroupKey<Args> = Args extends { by: infer By } ? (By extends readonly (infer Field)[] ? Field : By) : never

/**
 * A call that has not been sent yet: it starts when it is awaited, or goes into `$transaction`. One that
 * is never awaited never runs, as with Prisma.
 */
export interface DatabaseCall<Value> extends Promise<Value> {
  readonly [Symbol.toStringTag]: 'DatabaseCall'
}

/** A table that a job may read. */
export interface ReadModel<Row, Id> {
  findMany<const Args extends FindArgs<Row, Id>>(args?: Args): DatabaseCall<Picked<Row, Args>[]>
  findFirst<const Args extends FindArgs<Row, Id>>(args?: Args): DatabaseCall<Picked<Row, Args> | null>
  /** Rejects with `P2025` when there is none. */
  findFirstOrThrow<const Args extends FindArgs<Row, Id>>(args?: Args): DatabaseCall<Picked<Row, Args>>
  findUnique<const Args extends { where: Id } & Shape<Row>>(args: Args): DatabaseCall<Picked<Row, Args> | null>
  /** Rejects with `P2025` when there is none. */
  findUniqueOrThrow<const Args extends { where: Id } & Shape<Row>>(args: Args): DatabaseCall<Picked<Row, Args>>
  count(args?: { where?: Where<Row>; take?: number; skip?: number }): DatabaseCall<number>
  aggregate<const Args extends AggregateArgs<Row, Id>>(args: Args): DatabaseCall<Aggregated<Row, Args>>
  groupBy<const Args extends GroupArgs<Row>>(
    args: Args,
  ): DatabaseCall<(Pick<Row, GroupKey<Args> & keyof Row> & Aggregated<Row, Args>)[]>
}

type InputOf<Value> = IsJson<Value> extends true ? JsonValue | JsonNullMark : Given<Value>
type ChangeOf<Value> =
  | InputOf<Value>
  | { set: InputOf<Value> }
  | (Extract<Value, number | bigint | Decimal> extends never
      ? never
      : {
          increment?: Given<NonNullable<Value>>
          decrement?: Given<NonNullable<Value>>
          multiply?: Given<NonNullable<Value>>
          divide?: Given<NonNullable<Value>>
        })

export type CreateData<Row, Required extends keyof Row> = { [Field in Required]: InputOf<Row[Field]> } & {
  [Field in Exclude<keyof Row, Required>]?: InputOf<Row[Field]>
}
export type UpdateData<Row> = { [Field in keyof Row]?: ChangeOf<Row[Field]> }

/** A table that a job may read and write. `Required` are the columns that must be given. */
export interface Model<Row, Id, Required extends keyof Row> extends ReadModel<Row, Id> {
  /** Rejects with `P2002` when the key is taken. */
  create<const Args extends { data: CreateData<Row, Required> } & Shape<Row>>(
    args: Args,
  ): DatabaseCall<Picked<Row, Args>>
  createMany(args: {
    data: CreateData<Row, Required> | CreateData<Row, Required>[]
    skipDuplicates?: boolean
  }): DatabaseCall<{ count: number }>
  createManyAndReturn<
    const Args extends { data: CreateData<Row, Required> | CreateData<Row, Required>[] } & Shape<Row> & {
        skipDuplicates?: boolean
      },
  >(
    args: Args,
  ): DatabaseCall<Picked<Row, Args>[]>
  /** Rejects with `P2025` when there is none. */
  update<const Args extends { where: Id; data: UpdateData<Row> } & Shape<Row>>(
    args: Args,
  ): DatabaseCall<Picked<Row, Args>>
  updateMany(args: { where?: Where<Row>; data: UpdateData<Row>; limit?: number }): DatabaseCall<{ count: number }>
  updateManyAndReturn<const Args extends { where?: Where<Row>; data: UpdateData<Row> } & Shape<Row>>(
    args: Args,
  ): DatabaseCall<Picked<Row, Args>[]>
  upsert<const Args extends { where: Id; create: CreateData<Row, Required>; update: UpdateData<Row> } & Shape<Row>>(
    args: Args,
  ): DatabaseCall<Picked<Row, Args>>
  /** Rejects with `P2025` when there is none. */
  delete<const Args extends { where: Id } & Shape<Row>>(args: Args): DatabaseCall<Picked<Row, Args>>
  deleteMany(args?: { where?: Where<Row>; limit?: number }): DatabaseCall<{ count: number }>
}

/** SQL with its values, which are bound and never spliced; made by `db.sql` and `db.join`. */
export interface Sql {
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
}
type RawCall<Value> = (sql: TemplateStringsArray | Sql, ...values: unknown[]) => DatabaseCall<Value>

/**
 * `ctx.services.db`: the one Prisma client of the runner; in a thread, a proxy to it over a MessagePort.
 * However many threads there are, they open no connection of their own.
 *
 * The models are Toril's: the history may be read (`job`, `attempt`, `logLine`, `source`), and `jobData`
 * is for jobs to keep what they like. Any other table of the same database is reached by SQL; a name
 * without a schema is looked for in `public`, where tables of your own belong.
 *
 * Dates, bigint, Decimal and Uint8Array arrive as what they are. Errors have the name, `code` and `meta`
 * of Prisma's.
 */
export interface JobDatabase {
  readonly source: ReadModel<SourceRow, { id: number } | { name: string }>
  readonly job: ReadModel<JobRow, { sourceId_id: { sourceId: number; id: string } }>
  readonly attempt: ReadModel<
    AttemptRow,
    { sourceId_jobId_number: { sourceId: number; jobId: string; number: number } }
  >
  readonly logLine: ReadModel<LogLineRow, { sourceId_jobId_seq: { sourceId: number; jobId: string; seq: number } }>
  readonly jobData: Model<JobDataRow, { space_key: { space: string; key: string } }, 'space' | 'key' | 'value'>

  /** Runs a query and answers its rows: `` db.$queryRaw`SELECT * FROM word WHERE id = ${id}` ``. */
  $queryRaw<Row = Record<string, unknown>>(sql: TemplateStringsArray | Sql, ...values: unknown[]): DatabaseCall<Row[]>
  /** Runs a statement and answers how many rows it touched. */
  readonly $executeRaw: RawCall<number>
  /** As `$queryRaw`, with the text given whole: never put a value into it, bind it with `$1`, `$2`, … */
  $queryRawUnsafe<Row = Record<string, unknown>>(sql: string, ...values: unknown[]): DatabaseCall<Row[]>
  $executeRawUnsafe(sql: string, ...values: unknown[]): DatabaseCall<number>
  /**
   * Runs the calls in one transaction: all or none. A function instead of a list is refused with code
   * `INTERACTIVE_TRANSACTION`: it would hold a connection of the runner for as long as the job likes.
   */
  $transaction<const Calls extends readonly DatabaseCall<unknown>[]>(
    calls: Calls,
    options?: { isolationLevel?: 'ReadUncommitted' | 'ReadCommitted' | 'RepeatableRead' | 'Serializable' },
  ): Promise<{ -readonly [Index in keyof Calls]: Awaited<Calls[Index]> }>

  /** A piece of SQL with its values, to be put into another. */
  sql(strings: TemplateStringsArray, ...values: unknown[]): Sql
  /** The values, or pieces of SQL, with a comma between: `` db.sql`… IN (${db.join(ids)})` ``. */
  join(values: readonly unknown[], separator?: string): Sql

  readonly DbNull: JsonNullMark
  readonly JsonNull: JsonNullMark
  readonly AnyNull: JsonNullMark
}
