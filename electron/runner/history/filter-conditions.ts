import type { JobCondition } from '../../contract/job-filter.ts'

/** Makes a parameter of a value and answers its placeholder. */
type Bind = (value: unknown) => string

/** NUL can be in no stored text, and PostgreSQL refuses it. */
function storable(text: string): string {
  return text.replaceAll('\0', '�').toWellFormed()
}

function containing(text: string): string {
  return `%${storable(text).replace(/[\\%_]/g, '\\$&')}%`
}

/** A text that is one of the values, or has one of them in it. */
function textIs(expression: string, { op, values }: JobCondition, bind: Bind): string {
  return op === 'has'
    ? `${expression} ILIKE ANY(${bind(values.map(containing))}::text[])`
    : `${expression} = ANY(${bind(values.map(storable))}::text[])`
}

function numberIs(expression: string, { op, values }: JobCondition, bind: Bind): string {
  if (op === 'is') return `${expression} = ANY(${bind(values.map(Number))}::numeric[])`
  return `${expression} ${op === 'above' ? '>' : '<'} ${bind(Number(values[0]))}::numeric`
}

/** What any attempt of the job has. */
function attemptHas(schema: string, column: 'runner' | 'thread', condition: JobCondition, bind: Bind): string {
  return `EXISTS (SELECT FROM "${schema}".attempt a WHERE a.source_id = job.source_id AND a.job_id = job.id
    AND ${textIs(`a.${column}`, condition, bind)})`
}

function inputHas(condition: JobCondition, bind: Bind): string {
  const path = `${bind(condition.path.map(storable))}::text[]`
  if (condition.op === 'is' || condition.op === 'has') return textIs(`(input #>> ${path})`, condition, bind)
  // Only a number is compared; the cast of another value would fail the whole query.
  const number = `CASE WHEN json_typeof(input #> ${path}) = 'number' THEN (input #>> ${path})::numeric END`
  return numberIs(number, condition, bind)
}

function positive(condition: JobCondition, schema: string, bind: Bind): string {
  switch (condition.key) {
    case 'id':
    case 'type':
    case 'state':
      return textIs(condition.key, condition, bind)
    case 'error': {
      const text = `concat_ws(' ', error->>'code', error->>'message')`
      return `(error IS NOT NULL AND ${textIs(text, { ...condition, op: 'has' }, bind)})`
    }
    case 'took':
      return numberIs('extract(epoch FROM finished_at - started_at) * 1000', condition, bind)
    case 'attempt': {
      const count = `(SELECT count(*) FROM "${schema}".attempt a WHERE a.source_id = job.source_id AND a.job_id = job.id)`
      return numberIs(count, condition, bind)
    }
    case 'runner':
    case 'thread':
      return attemptHas(schema, condition.key, condition, bind)
    case 'priority':
      return numberIs(`coalesce((options->>'priority')::numeric, 0)`, condition, bind)
    case 'input':
      return inputHas(condition, bind)
  }
}

/** The condition on a row of `job`. What cannot be told of a row is not so; leaving out takes it along. */
export function sqlOf(condition: JobCondition, schema: string, bind: Bind): string {
  const sql = positive(condition, schema, bind)
  return condition.negated ? `NOT coalesce(${sql}, false)` : sql
}
