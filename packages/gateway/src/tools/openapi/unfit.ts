/** Why an operation cannot become a tool, as a sentence for people. Stays within this folder. */
export class Unfit extends Error {}
