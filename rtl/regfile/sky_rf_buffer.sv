// The operand buffer: up to Buffer registers in flip-flops in front of an array, write-back, the least recently used one
// gives way. Has the array's request interface on both sides; 0 entries in use are a wire.
//
// A request touches its registers in the order write, rs1, rs2. A touch moves the register's entry to the front; where
// there is none it makes one, for which the last entry gives way: dropped when the array has its value, else written
// back. A read is a hit when the register was there as the request began, or is the one the request writes; else it
// reads the array. The array sees one request with the first write-back and the reads that missed, then one for each
// further write-back (two at most); the last one's answer is the answer. A value that is overwritten here never reaches
// the array. Without an access of the array a request takes one cycle.
//
// Hints: a write will end here, so it is no hint to the array; nor is a read of a register that is here, or that the
// running request names.
//
// The entries are flip-flops with a reset: a power cut loses them. Payloads are stable while a request runs, and nothing
// here changes before its answer. Cost: Buffer x (Width + 7) flip-flops, three selectors each.
// Kept to the subset that synthesis tools read.
module sky_rf_buffer #(
  parameter int unsigned Width  = 32,
  parameter int unsigned Buffer = 4  // 1 to 4
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [2:0]       entries_i,  // in use, at most Buffer; steady

  input  logic             valid_i,
  input  logic [2:0]       want_i,     // write, rs1, rs2: accesses, all different but for a read of what is written
  input  logic [14:0]      reg_i,      // of each
  input  logic [Width-1:0] wdata_i,
  output logic             ready_o,
  output logic [Width-1:0] rdata1_o,   // 0 unless wanted; with ready_o
  output logic [Width-1:0] rdata2_o,
  input  logic [2:0]       hint_i,     // write, rs1, rs2
  input  logic [14:0]      hint_reg_i,

  output logic [2:0]       want_o,     // to the array
  output logic [14:0]      reg_o,
  output logic [Width-1:0] wdata_o,
  input  logic             ready_i,
  input  logic [Width-1:0] rdata1_i,
  input  logic [Width-1:0] rdata2_i,
  output logic [2:0]       hint_o
);

  // Entry 0 is the most recently used one.
  logic [Buffer-1:0] valid_q, dirty_q;
  logic [Buffer*5-1:0] regs_q;
  logic [Buffer*Width-1:0] data_q;

  // Of the running request: which of the array's requests this is, and what the first has read.
  logic [1:0] part_q;
  logic [Width-1:0] read1_q, read2_q;

  // ---- The entries after the request, and where each one's data come from: an entry (0 to 3), the write (4), a read
  // (5, 6).
  localparam logic [2:0] FromWrite = 3'd4;
  logic [Buffer-1:0] valid_d, dirty_d;
  logic [Buffer*5-1:0] regs_d;
  logic [Buffer*3-1:0] from_d;
  logic [1:0] backs;             // write-backs
  logic [14:0] back_reg;
  logic [8:0] back_from;
  logic [2:0] hit;               // rs1 (1), rs2 (2): the data are here
  logic [8:0] hit_from;
  always_comb begin : entries
    logic found;
    logic [2:0] at, from;
    logic dirty;
    valid_d   = valid_q;
    dirty_d   = dirty_q;
    regs_d    = regs_q;
    from_d    = '0;
    backs     = '0;
    back_reg  = '0;
    back_from = '0;
    hit       = '0;
    hit_from  = '0;
    found     = 1'b0;
    at        = '0;
    from      = '0;
    dirty     = 1'b0;
    if (valid_i && entries_i != '0) begin
      for (int unsigned e = 0; e < Buffer; e++) from_d[3*e+:3] = e[2:0];
      for (int unsigned i = 1; i < 3; i++) begin
        for (int unsigned e = 0; e < Buffer; e++) begin
          if (valid_q[e] && regs_q[5*e+:5] == reg_i[5*i+:5]) begin
            hit[i]           = 1'b1;
            hit_from[3*i+:3] = e[2:0];
          end
        end
        if (want_i[0] && reg_i[4:0] == reg_i[5*i+:5]) begin
          hit[i]           = 1'b1;
          hit_from[3*i+:3] = FromWrite;
        end
      end
      for (int unsigned i = 0; i < 3; i++) begin
        if (want_i[i]) begin
          found = 1'b0;
          at    = entries_i - 3'd1;
          from  = FromWrite + i[2:0];
          dirty = 1'b0;
          for (int unsigned e = 0; e < Buffer; e++) begin
            if (valid_d[e] && regs_d[5*e+:5] == reg_i[5*i+:5]) begin
              found = 1'b1;
              at    = e[2:0];
              from  = from_d[3*e+:3];
              dirty = dirty_d[e];
            end
          end
          for (int unsigned e = 0; e < Buffer; e++) begin
            if (!found && e[2:0] == at && valid_d[e] && dirty_d[e]) begin
              back_reg[{30'd0, backs}*5+:5]  = regs_d[5*e+:5];
              back_from[{30'd0, backs}*3+:3] = from_d[3*e+:3];
              backs                          = backs + 2'd1;
            end
          end
          for (int unsigned e = Buffer - 1; e > 0; e--) begin
            if (e[2:0] <= at) begin
              valid_d[e]       = valid_d[e-1];
              dirty_d[e]       = dirty_d[e-1];
              regs_d[5*e+:5]   = regs_d[5*(e-1)+:5];
              from_d[3*e+:3]   = from_d[3*(e-1)+:3];
            end
          end
          valid_d[0]  = 1'b1;
          dirty_d[0]  = dirty || i == 0;
          regs_d[4:0] = reg_i[5*i+:5];
          from_d[2:0] = (i == 0) ? FromWrite : from;
        end
      end
    end
  end

  // ---- What the array is asked.
  logic last;
  assign last = {1'b0, part_q} + 3'd1 >= {1'b0, backs};
  always_comb begin
    want_o  = valid_i ? want_i : '0;
    reg_o   = reg_i;
    wdata_o = wdata_i;
    if (valid_i && entries_i != '0) begin
      want_o[0]   = backs != '0;
      want_o[2:1] = (part_q == '0) ? want_i[2:1] & ~hit[2:1] : '0;
      reg_o[4:0]  = back_reg[{30'd0, part_q}*5+:5];
      for (int unsigned e = 0; e < Buffer; e++) begin
        if (back_from[{30'd0, part_q}*3+:3] == e[2:0]) wdata_o = data_q[e*Width+:Width];
      end
    end
  end

  // ---- What comes of it.
  assign ready_o = ready_i && (entries_i == '0 || last);
  function automatic logic [Width-1:0] entry(input logic [2:0] from);
    entry = (from == FromWrite) ? wdata_i : '0;
    for (int unsigned e = 0; e < Buffer; e++) begin
      if (from == e[2:0]) entry = data_q[e*Width+:Width];
    end
  endfunction
  always_comb begin
    rdata1_o = rdata1_i;
    rdata2_o = rdata2_i;
    if (valid_i && entries_i != '0) begin
      if (part_q != '0) begin
        rdata1_o = read1_q;
        rdata2_o = read2_q;
      end
      if (want_i[1] && hit[1]) rdata1_o = entry(hit_from[5:3]);
      if (want_i[2] && hit[2]) rdata2_o = entry(hit_from[8:6]);
    end
  end
  logic [Buffer*Width-1:0] data_d;
  always_comb begin
    data_d = data_q;
    if (valid_i && ready_o && entries_i != '0) begin
      for (int unsigned e = 0; e < Buffer; e++) begin
        data_d[e*Width+:Width] = (from_d[3*e+:3] == 3'd5) ? rdata1_o :
                                 (from_d[3*e+:3] == 3'd6) ? rdata2_o : entry(from_d[3*e+:3]);
      end
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= '0;
      dirty_q <= '0;
      regs_q  <= '0;
      data_q  <= '0;
      part_q  <= '0;
      read1_q <= '0;
      read2_q <= '0;
    end else if (valid_i && ready_i && entries_i != '0) begin
      if (ready_o) begin
        valid_q <= valid_d;
        dirty_q <= dirty_d;
        regs_q  <= regs_d;
        data_q  <= data_d;
        part_q  <= '0;
      end else begin
        part_q  <= part_q + 2'd1;
        read1_q <= rdata1_o;
        read2_q <= rdata2_o;
      end
    end
  end

  always_comb begin
    hint_o = hint_i;
    if (entries_i != '0 && hint_i != '0) begin
      hint_o[0] = 1'b0;
      for (int unsigned i = 1; i < 3; i++) begin
        for (int unsigned e = 0; e < Buffer; e++) begin
          if (valid_q[e] && regs_q[5*e+:5] == hint_reg_i[5*i+:5]) hint_o[i] = 1'b0;
        end
        for (int unsigned a = 0; a < 3; a++) begin
          if (valid_i && want_i[a] && reg_i[5*a+:5] == hint_reg_i[5*i+:5]) hint_o[i] = 1'b0;
        end
      end
    end
  end

endmodule
