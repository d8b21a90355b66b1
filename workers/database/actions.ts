/** What may be asked of a model of `services.db`: of Prisma's actions those that are one statement or batch. */
export const reads = [
  'findMany',
  'findFirst',
  'findFirstOrThrow',
  'findUnique',
  'findUniqueOrThrow',
  'count',
  'aggregate',
  'groupBy',
] as const

export const writes = [
  'create',
  'createMany',
  'createManyAndReturn',
  'update',
  'updateMany',
  'updateManyAndReturn',
  'upsert',
  'delete',
  'deleteMany',
] as const

/** Toril's history, which a job can only read. */
export const readOnlyModels = ['source', 'job', 'attempt', 'logLine'] as const
export const writableModels = ['jobData'] as const
