import { greeting } from "#text";

const name: string = "half;
export default greeting(name);
