import { describeRunner } from './runner.contract.ts'

describeRunner('embedded PostgreSQL', () => Promise.resolve({ variables: {}, stop: () => Promise.resolve() }), false)
