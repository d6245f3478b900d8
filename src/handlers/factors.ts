/** What operations may know of people's second factors. Implemented by the job layer; no secret passes here. */
export interface Factors {
  /** Whether approving what cannot be undone asks for a one-time code. */
  readonly on: boolean;
  enrolment(user: string): Promise<Enrolment | null>;
  /** False: it is not there, or another one by now. */
  reset(user: string, enrolment: string): Promise<boolean>;
}

export interface Enrolment {
  /** Tells this enrolment from a later one of the same person; says nothing of its secret. */
  readonly id: string;
  readonly since: number;
}
