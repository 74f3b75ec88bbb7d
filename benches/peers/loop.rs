// Twin of famous/loop.sx.
const fn steps() -> i64 {
    let (mut x, mut i) = (0, 0);
    while i < 10000000 { x = x + (i & 7); i += 1; }
    x
}
const _: () = assert!(steps() == 35000000);
