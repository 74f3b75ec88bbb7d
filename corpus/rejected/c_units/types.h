int size(unknown_size n);
