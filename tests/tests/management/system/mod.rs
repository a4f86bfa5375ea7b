mod configs;
