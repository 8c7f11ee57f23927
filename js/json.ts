/** Anything JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Input values: anything JSON can say, checked at run time. */
export type JsonInput = unknown;
