// Twin of famous/copy.sx.
const SIZE: usize = 1048576;
const fn copy() -> u8 {
    let mut from = [0u8; SIZE];
    let mut to = [0u8; SIZE];
    let mut i = 0;
    while i < SIZE { from[i] = (i * 7) as u8; i += 1; }
    i = 0;
    while i < SIZE { to[i] = from[i]; i += 1; }
    to[SIZE - 1]
}
const _: () = assert!(copy() == 249);
